#!/usr/bin/env node
// libuv reads this once, when its pool starts, and images are decoded on that pool. The loader of
// an ES module has started it before the module's first line, hence CommonJS (bin/package.json).
process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, require("node:os").availableParallelism()));
import("../dist/main.js");
