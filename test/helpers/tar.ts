/** A tar file in memory, as POSIX ustar. */
export function tarFile(members: Readonly<Record<string, Uint8Array | string>>): Buffer {
  const blocks = Object.entries(members).map(([name, content]) =>
    tarMember(name, Buffer.from(content)),
  );
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Header and content of one member. @param type flag, "0" for a file */
export function tarMember(name: string, content: Buffer, type = "0"): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write("0000644\0", 100);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write(type, 156);
  header.write("ustar\x0000", 257);
  return Buffer.concat([withChecksum(header), content, padding(content.length)]);
}

/** Puts a header's checksum right, for headers made or changed by hand. */
export function withChecksum(header: Buffer): Buffer {
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function padding(length: number): Buffer {
  return Buffer.alloc((512 - (length % 512)) % 512);
}
