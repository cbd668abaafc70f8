package synapse

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Code is the folder of the Python code of a homeserver's Synapse, and its version.
func (p *Pair) Code(server int) (folder, version string, err error) {
	packages := filepath.Join(filepath.Dir(filepath.Dir(p.pythons[server])), "lib", "python*", "site-packages")
	about, err := filepath.Glob(filepath.Join(packages, "matrix_synapse-*.dist-info"))
	if err != nil || len(about) != 1 {
		return "", "", fmt.Errorf("no Synapse in %s: %w", packages, err)
	}
	version = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(about[0]), "matrix_synapse-"), ".dist-info")
	return filepath.Join(filepath.Dir(about[0]), "synapse"), version, nil
}
