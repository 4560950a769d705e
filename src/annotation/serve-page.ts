import { type Annotation, startAnnotationServer } from "./annotation-server.js";

/** How far a person is. */
export interface PageSession {
  /** Items that are asked about. */
  readonly size: number;
  /** How many have an answer. */
  readonly answered: number;
}

/** A page that is open until it is disposed of. */
export interface ServedPage<Session extends PageSession = PageSession> extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Where the answers are. */
  readonly file: string;
  readonly session: Session;
}

interface PageRequest<Writer extends AsyncDisposable, Session extends PageSession> {
  /** 0 for any. */
  readonly port: number;
  /** Belongs to the page from here on. */
  readonly writer: Writer;
  session(writer: Writer): Session;
  annotation(session: Session): Annotation;
}

/** Opens a page over an annotation file. @throws what session does; USAGE_INVALID the port */
export async function servePage<
  Writer extends AsyncDisposable & { readonly path: string },
  Session extends PageSession,
>(request: PageRequest<Writer, Session>): Promise<ServedPage<Session>> {
  const { writer, port } = request;
  try {
    const session = request.session(writer);
    const server = await startAnnotationServer(request.annotation(session), port);
    return {
      url: server.url,
      port: server.port,
      file: writer.path,
      session,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await writer[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await writer[Symbol.asyncDispose]();
    throw error;
  }
}
