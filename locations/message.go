package locations

import (
	"encoding/json"
	"fmt"
	"time"
)

// KindPush is the kind of the message that asks Service.Deliver to make a project's partner equal to us.
const KindPush = "push"

type pushPayload struct {
	Project ProjectID `json:"project"`
}

// PushMessage is the message that asks for a set to be pushed for a project. There is one for each project and time.
func PushMessage(project ProjectID, at time.Time) Message {
	payload, err := json.Marshal(pushPayload{project})
	if err != nil { // a string always marshals
		panic(err)
	}
	return Message{
		Key:     fmt.Sprintf("locations/push/%s/%d", project, at.UnixMicro()),
		Stream:  "locations/" + string(project),
		Kind:    KindPush,
		Payload: payload,
		Due:     at,
	}
}
