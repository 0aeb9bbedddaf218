/* Opens many connections to a port and sends nothing, or half a request; says when all were taken or refused. */
import { connect } from 'node:net';

const [port, count, words = ''] = process.argv.slice(2);
let open = 0;
let settled = 0;
for (let index = 0; index < Number(count); index++) {
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('connect', () => {
    open++;
    if (words !== '') socket.write(words);
    settle();
  });
  socket.on('error', settle);
  socket.resume();
}
function settle() {
  settled++;
  if (settled === Number(count)) process.send?.(open);
}
