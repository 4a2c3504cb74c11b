// Loaded before everything else (node --import): the dev network's servers listen
// on all addresses of the machine unless they are told not to, and cannot be told.
import { Server } from 'node:net'

const listen = Server.prototype.listen
Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number' || typeof args[0] === 'string') {
    const port = args.shift()
    if (typeof args[0] === 'string') args.shift() // the host that was asked for
    args.unshift({ port: Number(port), host: '127.0.0.1' })
  } else if (args[0] && typeof args[0] === 'object' && args[0].port !== undefined) {
    args[0] = { ...args[0], host: '127.0.0.1' }
  }
  return listen.apply(this, args)
}
