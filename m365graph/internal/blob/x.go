package blob

import (
	_ "github.com/google/go-cmp/cmp" // x
	_ "github.com/m365go/sdk/m365graph/internal/winzone" // x
)
