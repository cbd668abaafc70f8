package steps

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/matrix-insight/synapse-datasource/internal/ladder"
)

// Install installs the front end's packages, unless those of package-lock.json are there: npm writes a copy of it when
// it has finished.
func Install(ctx context.Context, out io.Writer) error {
	wanted, err := os.Stat("package-lock.json")
	if err != nil {
		return err
	}
	there, err := os.Stat(filepath.Join("node_modules", ".package-lock.json"))
	if err == nil && !there.ModTime().Before(wanted.ModTime()) {
		return nil
	}
	_, _ = fmt.Fprintln(out, "installing the front end's packages")
	return ladder.Command(ctx, out, ".", Npm(), "ci", "--no-audit", "--no-fund")
}
