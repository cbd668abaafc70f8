// Finds Grafana's packages and React in this folder instead of the top's: a plugin gets them from its host.
const hosts = /^(@grafana\/(data|runtime|schema|ui)|@testing-library\/(dom|react|user-event)|react|react-dom|rxjs)(\/|$)/;

module.exports = (request, options) =>
  options.defaultResolver(
    request,
    hosts.test(request) && !options.basedir.startsWith(__dirname) ? { ...options, basedir: __dirname } : options
  );
