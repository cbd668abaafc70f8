package words

// Version is the version whose documentation is linked, so that nobody reads of another one. It is that of package.json.
const Version = "0.1.0"

// Docs is where the documentation of this version is read.
const Docs = "https://github.com/matrix-insight/synapse-datasource/blob/v" + Version + "/docs/"
