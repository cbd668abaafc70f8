package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/matrix-insight/synapse-datasource/pkg/upstream"
)

const report = "Please report it with the query shown by the panel's inspector."

// classify words a failure for the user. Typed errors and SQLSTATE codes decide: PostgreSQL's own words may be in any
// language. nil means that the failure is not the database's: whoever made the error worded it.
func classify(ctx context.Context, limit time.Duration, err error) *upstream.Fault {
	var known *upstream.Fault
	var setting *errSetting
	var stopped *stoppedError
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &setting):
		return downstream(upstream.Auth, http.StatusBadRequest, setting.message, "Correct it in the data source settings.")
	case errors.Is(err, errService):
		return downstream(upstream.Unreachable, http.StatusBadRequest,
			"The plugin's environment has the variable PGSERVICE, and the PostgreSQL library can't read the service that it names.",
			"Take PGSERVICE out of the environment that Grafana gives to plugins.")
	case errors.Is(ctx.Err(), context.Canceled) || errors.Is(err, context.Canceled):
		return downstream(upstream.Canceled, 499, "The query was cancelled before PostgreSQL answered.", "")
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return overdue(err)
	case errors.As(err, &stopped) && stopped.early:
		return downstream(upstream.Canceled, http.StatusBadGateway,
			"The statement was cancelled in PostgreSQL, by an administrator or a program, before it reached a limit of this data source.",
			"Try again; if it stays, ask who cancels statements there.")
	case errors.As(err, &stopped) && stopped.ofQuery:
		return overdue(err)
	case errors.As(err, &pg):
		return serverFault(pg, limit)
	case isScan(err):
		return mistake("PostgreSQL's answer has other columns or types than the plugin expects.")
	}
	return connectionFault(err)
}

func downstream(kind upstream.Kind, status int, message, remedy string) *upstream.Fault {
	return &upstream.Fault{Kind: kind, Source: upstream.Downstream, Status: status, Message: message, Remedy: remedy}
}

func mistake(message string) *upstream.Fault {
	return &upstream.Fault{Kind: upstream.OwnMistake, Source: upstream.Plugin, Status: http.StatusInternalServerError,
		Message: message, Remedy: report}
}

// overdue: our own limit passed, either while we waited for a connection or while the statement ran.
func overdue(err error) *upstream.Fault {
	var acquire *acquireError
	if errors.As(err, &acquire) && acquire.busy {
		return downstream(upstream.Limit, http.StatusGatewayTimeout,
			"All PostgreSQL connections of this data source were busy until the query's time was up.",
			"Open fewer panels at once, or raise the maximum of connections in the data source settings.")
	}
	return downstream(upstream.Timeout, http.StatusGatewayTimeout,
		"PostgreSQL did not answer within the data source's query timeout.",
		"The database may be busy; try again, ask for less, or raise the query timeout in the data source settings.")
}

// serverFault goes by the codes of https://www.postgresql.org/docs/current/errcodes-appendix.html.
func serverFault(pg *pgconn.PgError, limit time.Duration) *upstream.Fault {
	switch pg.Code {
	case "42501":
		return downstream(upstream.MissingGrant, http.StatusForbidden,
			"PostgreSQL does not let the data source's role read a table that this answer needs.",
			"Run the statements of the data source's health check (Save & test) as the owner of the database.")
	case "42P01", "42703":
		return downstream(upstream.NotSynapse, http.StatusBadGateway,
			"The database lacks a table or column that this answer needs: it is not Synapse's, or its schema is not supported.",
			"Check the database's name in the data source settings.")
	case "57014":
		return downstream(upstream.Timeout, http.StatusGatewayTimeout,
			fmt.Sprintf("PostgreSQL stopped the statement: it took longer than the limit of %s.", limit),
			"The database may be busy; try again, ask for less, or raise the statement timeout in the data source settings.")
	case "55P03":
		return downstream(upstream.Locked, http.StatusGatewayTimeout,
			fmt.Sprintf("A table was locked for more than %s, as by a schema change or VACUUM FULL; the plugin does not queue behind it.", lockTimeout),
			"Wait until that is done, then try again.")
	case "25P02", "25P03":
		return mistake("A transaction of the plugin was left open or used after it had failed.")
	case "53300":
		return downstream(upstream.Full, http.StatusServiceUnavailable,
			"PostgreSQL has no connection left: max_connections, or the limit of the role or database, is reached.",
			"Close unused connections, or raise the limit that is reached.")
	case "57P03":
		return downstream(upstream.Starting, http.StatusServiceUnavailable,
			"PostgreSQL is starting up, shutting down or recovering and takes no connections yet.", "Try again in a moment.")
	case "3D000":
		return downstream(upstream.Auth, http.StatusBadGateway,
			"PostgreSQL has no database of the name in the data source settings.", "Correct the database's name there.")
	}
	return classFault(pg)
}

func classFault(pg *pgconn.PgError) *upstream.Fault {
	switch pg.Code[:min(2, len(pg.Code))] {
	case "28":
		return downstream(upstream.Auth, http.StatusBadGateway,
			"PostgreSQL refused the user: unknown, wrong password or certificate, or pg_hba.conf does not let it in from Grafana's address with this TLS mode.",
			"Check user, password and TLS mode in the data source settings, and pg_hba.conf on the server.")
	case "40":
		return downstream(upstream.Limit, http.StatusServiceUnavailable,
			"The standby cancelled the statement twice, because replication needed to change what it was reading.",
			"Try again, or set hot_standby_feedback = on (or a longer max_standby_streaming_delay) on the standby.")
	case "08", "57":
		remedy := "Try again; if it stays, look into its log."
		if pg.Code == "08P01" {
			remedy = "If it is PgBouncer with pool_mode = statement, use pool_mode = transaction: the plugin needs transactions. Else look into its log."
		}
		return downstream(upstream.Unreachable, http.StatusBadGateway,
			fmt.Sprintf("PostgreSQL, or a pooler in front of it, ended the connection (error code %s).", pg.Code), remedy)
	case "53", "54":
		return downstream(upstream.Limit, http.StatusServiceUnavailable,
			fmt.Sprintf("PostgreSQL ran out of a resource: memory, disk or a limit of its own (error code %s).", pg.Code),
			"Look into its log.")
	case "58", "XX":
		return downstream(upstream.BadAnswer, http.StatusBadGateway,
			fmt.Sprintf("PostgreSQL reports an internal error or damaged data (error code %s).", pg.Code),
			"Look into its log now; make sure that there is a backup.")
	case "22", "25", "42":
		return mistake(fmt.Sprintf("PostgreSQL rejected a statement that this plugin wrote (error code %s).", pg.Code))
	}
	return downstream(upstream.BadAnswer, http.StatusBadGateway,
		fmt.Sprintf("PostgreSQL answered with an error (error code %s).", pg.Code), "Look into its log.")
}

// connectionFault is what happens before or instead of an answer; nil where err does not come from a connection.
func connectionFault(err error) *upstream.Fault {
	var dns *net.DNSError
	var netErr net.Error
	var connect *pgconn.ConnectError
	var acquire *acquireError
	switch {
	case asksForPassword(err):
		return downstream(upstream.Auth, http.StatusBadGateway,
			"PostgreSQL asks for the password in clear text. The plugin did not send it, because the connection does not prove that this is the right server.",
			"Set the TLS mode to verify-full or verify-ca in the data source settings, or use scram-sha-256 instead of password in pg_hba.conf.")
	case isTLS(err):
		return downstream(upstream.TLS, http.StatusBadGateway,
			"The TLS connection to PostgreSQL failed: the server does not offer TLS, or its certificate was not accepted.",
			"Check the TLS mode, CA certificate and client certificate in the data source settings; verify-full needs the host name that the certificate has.")
	case errors.As(err, &dns):
		return downstream(upstream.Unreachable, http.StatusBadGateway,
			"The host name of PostgreSQL could not be resolved.",
			"Check the host in the data source settings; it must be known to the Grafana server.")
	case errors.As(err, &netErr) && netErr.Timeout() || errors.Is(err, context.DeadlineExceeded):
		return downstream(upstream.Unreachable, http.StatusGatewayTimeout,
			fmt.Sprintf("PostgreSQL did not answer within %s.", connectTimeout),
			"Check host and port in the data source settings, and firewalls between Grafana and the database.")
	case errors.As(err, &connect), errors.As(err, &acquire), errors.As(err, &netErr), pgconn.SafeToRetry(err), errors.Is(err, pgconn.ErrConnClosed), isCut(err):
		return downstream(upstream.Unreachable, http.StatusBadGateway,
			"PostgreSQL can't be reached: the connection was refused or broke, or what answers there is not PostgreSQL.",
			"Check that it runs and listens, and that host and port in the data source settings are reachable from the Grafana server.")
	}
	return nil
}

// asksForPassword: requireAuth forbade what the server asked for. pgx has no type for it.
func asksForPassword(err error) bool {
	return strings.Contains(err.Error(), "server requested password authentication")
}

// isCut: the stream ended inside an answer. pgx has no type for it.
func isCut(err error) bool {
	return strings.Contains(err.Error(), "unexpected EOF") || strings.Contains(err.Error(), "conn closed")
}

// isScan: an answer did not fit the Go type that it was read into.
func isScan(err error) bool {
	var scan pgx.ScanArgError
	return errors.As(err, &scan) || strings.HasPrefix(err.Error(), "struct doesn't have corresponding row field") ||
		strings.HasPrefix(err.Error(), "cannot scan") || strings.HasPrefix(err.Error(), "number of field descriptions")
}

// isTLS: an alert has no public type, but crypto/tls always wraps it in an operation of these names; "server refused
// TLS connection" is a failure that pgx gives no type.
func isTLS(err error) bool {
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var operation *net.OpError
	return errors.As(err, &verification) || errors.As(err, &record) ||
		errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error") ||
		strings.Contains(err.Error(), "refused TLS connection")
}
