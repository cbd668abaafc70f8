package real

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

func startDatabases(ctx context.Context, dir string, progress func(string)) ([2]Database, func(), error) {
	progress("starting PostgreSQL")
	var none [2]Database
	ports, _ := freePorts(1)
	os.MkdirAll(dir, 0o755)
	os.Chown(dir, 65534, 65534)
	cred := &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}, Setpgid: true}
	c := exec.Command("/usr/lib/postgresql/15/bin/initdb", "-D", filepath.Join(dir, "data"), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C")
	c.Dir = dir
	c.SysProcAttr = cred
	if out, err := c.CombinedOutput(); err != nil {
		return none, nil, fmt.Errorf("%w %s", err, out)
	}
	c = exec.Command("/usr/lib/postgresql/15/bin/postgres", "-D", filepath.Join(dir, "data"), "-p", fmt.Sprint(ports[0]), "-k", dir, "-h", "127.0.0.1", "-c", "fsync=off")
	c.Dir = dir
	c.SysProcAttr = cred
	if err := c.Start(); err != nil {
		return none, nil, err
	}
	stop := func() { c.Process.Signal(syscall.SIGINT); c.Wait() }
	dsn := fmt.Sprintf("host=127.0.0.1 port=%d user=postgres dbname=postgres sslmode=disable", ports[0])
	for i := 0; i < 50; i++ {
		if conn, err := pgx.Connect(ctx, dsn); err == nil {
			conn.Close(ctx)
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	dbs, err := createDatabases(ctx, dsn, "127.0.0.1", ports[0])
	if err != nil {
		stop()
	}
	return dbs, stop, err
}

func (p *Pair) startPrometheus(ctx context.Context, dir string) error {
	os.MkdirAll(dir, 0o755)
	ports, _ := freePorts(1)
	os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(p.scrapeConfig()), 0o644)
	proc, err := startProcess("Prometheus", dir, filepath.Join(dir, "log"), "/usr/bin/prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", fmt.Sprintf("--web.listen-address=127.0.0.1:%d", ports[0]))
	if err != nil {
		return err
	}
	p.stops = append(p.stops, proc.stop)
	p.PrometheusURL = fmt.Sprintf("http://127.0.0.1:%d", ports[0])
	return proc.waitFor(ctx, p.PrometheusURL+"/-/ready", time.Minute)
}
