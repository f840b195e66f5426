export default {
  input: "openapi.json",
  output: { path: "tests/api/generated/clients/hey-api", module: { extension: ".js" } },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
};
