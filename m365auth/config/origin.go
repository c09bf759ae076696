package config

import "fmt"

// Layer is a source of settings.
type Layer int

// The layers, the weakest first: a value of a later one hides those of the
// earlier ones.
const (
	// LayerDefault is the table of this package.
	LayerDefault Layer = iota
	// LayerFile is the user file.
	LayerFile
	// LayerEnvironment is the M365_ variables.
	LayerEnvironment
	// LayerMount is what the host of the tools was configured with.
	LayerMount
	// LayerCode is what the calling program set itself, in [Options].
	LayerCode
)

// String returns the layer's name: "user file".
func (l Layer) String() string {
	switch l {
	case LayerDefault:
		return "default"
	case LayerFile:
		return "user file"
	case LayerEnvironment:
		return "environment"
	case LayerMount:
		return "mount"
	case LayerCode:
		return "code"
	}
	return fmt.Sprintf("Layer(%d)", int(l))
}

// Origin says where a value was written.
type Origin struct {
	Layer Layer
	// Name is the variable of [LayerEnvironment], the path of [LayerFile], or
	// the module of [LayerMount] if the mount names one.
	Name string
	// Line counts from 1 in a file or a mounted document; 0 is unknown.
	Line int
	// Variable is NAME where the value was written as ${NAME}.
	Variable string
}

// String returns one phrase, such as "environment M365_TENANT_ID" or
// "user file /home/desk/.amplifier/m365/config.yaml:3".
func (o Origin) String() string {
	s := o.Layer.String()
	if o.Name != "" {
		s += " " + o.Name
	}
	switch {
	case o.Line > 0 && o.Name != "":
		s += fmt.Sprintf(":%d", o.Line)
	case o.Line > 0:
		s += fmt.Sprintf(" line %d", o.Line)
	}
	if o.Variable != "" {
		s += " from ${" + o.Variable + "}"
	}
	return s
}
