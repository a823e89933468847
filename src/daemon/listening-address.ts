// Where a process serves: its listening TCP socket, as /proc tells (proc(5), Documentation/networking/proc_net_tcp.rst).
import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTEN = '0A';

interface Listener {
  inode: string;
  /** `127.0.0.1:4040` */
  address: string;
}

/** Listening sockets of a network namespace, from the text of /proc/PID/net/tcp or tcp6. */
export function parseListeners(text: string): Listener[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
      const fields = line.trim().split(/\s+/);
      if (fields[3] !== LISTEN) return [];
      const [host = '', port = ''] = fields[1]!.split(':');
      return [{ inode: fields[9]!, address: `${hostOf(host)}:${parseInt(port, 16)}` }];
    });
}

/** Addresses are 32-bit words in the host's byte order, in hex. One that stands for all is reached by loopback. */
function hostOf(hex: string): string {
  const bytes = Buffer.from(hex, 'hex');
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  if (bytes.length === 4) return bytes.every((byte) => byte === 0) ? '127.0.0.1' : bytes.join('.');
  if (bytes.every((byte) => byte === 0)) return '127.0.0.1'; // `[::]` takes IPv4 as well
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname; // its short form
}

/** The address that the process serves, or null where it has none or may not be looked at. */
export async function listeningAddress(pid: number): Promise<string | null> {
  try {
    const sockets = await socketsOf(pid);
    const tables = await Promise.all(
      ['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '')),
    );
    return tables.flatMap(parseListeners).find(({ inode }) => sockets.has(inode))?.address ?? null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['EACCES', 'EPERM', 'ENOENT', 'ESRCH'].includes(code)) return null;
    throw error;
  }
}

/** Inodes of the sockets that a process has open. */
async function socketsOf(pid: number): Promise<Set<string>> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')),
  );
  return new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
}
