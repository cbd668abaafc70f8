package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// panelFile says where each panel of the dashboards is; the dashboards' generator writes it.
const panelFile = "src/generated/panels.json"

// panelPlace is where a panel stands.
type panelPlace struct {
	Dashboard string `json:"dashboard"` // uid
	Panel     int    `json:"panel"`
	Title     string `json:"title"`
}

func panel(id string) (panelPlace, error) {
	raw, err := os.ReadFile(panelFile)
	if err != nil {
		return panelPlace{}, fmt.Errorf("%w (npm run generate:dashboards writes it)", err)
	}
	var places map[string]panelPlace
	if err := json.Unmarshal(raw, &places); err != nil {
		return panelPlace{}, fmt.Errorf("%s: %w", panelFile, err)
	}
	place, ok := places[id]
	if !ok {
		return panelPlace{}, fmt.Errorf("%s has no panel %q", panelFile, id)
	}
	return place, nil
}
