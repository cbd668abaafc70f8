/** A YAML file is fetched when it is needed: what is imported is its address. */
declare module '*.yaml' {
  const address: string;
  export default address;
}
