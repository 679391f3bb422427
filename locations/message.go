package locations

import (
	"encoding/json"
	"fmt"
	"time"
)

// KindPush is the kind of the message that asks Service.Deliver to make a project's partner equal to us.
const KindPush = "push"

// pushPayload names the run that is to go on. Without one, that of the project goes on, or a new one begins.
type pushPayload struct {
	Project ProjectID `json:"project"`
	Run     RunID     `json:"run,omitempty"`
}

// PushMessage is the message that asks for a set to be pushed for a project, as a run of its own. There is one for each
// project and time.
func PushMessage(project ProjectID, at time.Time) Message {
	return pushMessage(fmt.Sprint(at.UnixMicro()), pushPayload{Project: project}, at)
}

// message is the one message of a run.
func (r PushRun) message() Message {
	return pushMessage("run/"+string(r.ID), pushPayload{Project: r.Project, Run: r.ID}, r.StartedAt)
}

func pushMessage(key string, p pushPayload, due time.Time) Message {
	payload, err := json.Marshal(p)
	if err != nil { // strings always marshal
		panic(err)
	}
	return Message{
		Key:     fmt.Sprintf("locations/push/%s/%s", p.Project, key),
		Stream:  "locations/" + string(p.Project),
		Kind:    KindPush,
		Payload: payload,
		Due:     due,
	}
}
