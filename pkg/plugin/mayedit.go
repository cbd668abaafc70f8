package plugin

import "github.com/grafana/grafana-plugin-sdk-go/backend"

// mayEdit tells whether the caller is a person who may edit the data source, and so may read its settings and what they lead
// to. In Grafana that is an Admin.
func mayEdit(user *backend.User) bool {
	return user != nil && !notPeople[user.Login] && user.Role == "Admin"
}
