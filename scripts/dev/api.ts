/** The app's own server, as a process that `node --watch` starts again. It tells its address to the process that started it. */
import { createApi } from '../../main/api.ts';
import { rendererFolder } from '../../main/app/paths.ts';
import { onInterrupt } from '../../main/cli/interrupt.ts';
import { startServer } from '../../main/serve/server.ts';

const api = createApi();
const server = await startServer({ api, port: 0, rendererFolder: rendererFolder() });
process.send?.({ address: server.address });
onInterrupt(async () => {
  await server.close();
  await api.close();
  process.exit(0);
});
