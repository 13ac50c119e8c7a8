// Latchkey, with a clean-up that begins when it is told to: SIGUSR2 starts one pass.

import { createServer } from 'node:http'
import { createLatchkey, toNodeHandler } from 'latchkey'

const latchkey = await createLatchkey()
createServer(toNodeHandler(latchkey, { ownsProcess: true })).listen(Number(process.env['PORT']), '127.0.0.1')
process.on('SIGUSR2', () => {
  void latchkey.services.cleanUp.run().then((removed) => console.log(JSON.stringify(removed)))
})
