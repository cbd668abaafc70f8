package plugin

import "github.com/grafana/grafana-plugin-sdk-go/backend"

// mayEdit tells whether a person asks who may edit the data source, and so may know what stands in its settings and behind
// them: in Grafana that is an Admin.
func mayEdit(user *backend.User) bool {
	return user != nil && !notPeople[user.Login] && user.Role == "Admin"
}
