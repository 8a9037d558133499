// The package `assert` looks for Node's process as it is loaded; so this is imported before it.
Object.assign(globalThis, { process: { env: {} } });
