package orgoverlay_test

import "testing"

func TestCanaries(t *testing.T) { t.Run("a", testCanaries); t.Run("b", testPurgeLeavesNothing) }
