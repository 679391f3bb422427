package orgoverlay

import "sync"

// compiled keeps schemas that have been compiled, by their text, for as long as the Service: a text always means the same. It is
// safe for use by several goroutines.
type compiled struct {
	mu     sync.Mutex
	byText map[string]Schema
}

// maxCompiled is how many are kept; one more and all are forgotten, those that are in use being compiled anew.
const maxCompiled = 256

// compile returns the schema of a text, compiled now or before. What cannot be compiled is not kept.
func (c *compiled) compile(with Schemas, text []byte) (Schema, error) {
	c.mu.Lock()
	kept := c.byText[string(text)]
	c.mu.Unlock()
	if kept != nil {
		return kept, nil
	}
	schema, err := with.Compile(text)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byText == nil || len(c.byText) >= maxCompiled {
		c.byText = map[string]Schema{}
	}
	c.byText[string(text)] = schema
	return schema, nil
}
