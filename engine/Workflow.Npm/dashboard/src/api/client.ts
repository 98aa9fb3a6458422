import { signedOut } from '../state/session';
import type { components, paths } from './schema';

type Method = 'get' | 'post' | 'patch' | 'put' | 'delete';
export type PathsOf<M extends Method> = { [P in keyof paths]: paths[P][M] extends object ? P : never }[keyof paths];
type Operation<M extends Method, P extends keyof paths> = NonNullable<paths[P][M]>;

/** What a call needs beside its address: the parts of the path, the query and the body, as the API's description says. */
export type RequestOf<M extends Method, P extends keyof paths> = (Operation<M, P> extends { parameters: infer A }
  ? Pick<A, keyof A & ('path' | 'query')>
  : object) &
  (Operation<M, P> extends { requestBody: { content: { 'application/json': infer B } } } ? { body: B } : object);

export type ResponseOf<M extends Method, P extends keyof paths> =
  Operation<M, P> extends { responses: { 200: { content: { 'application/json': infer R } } } } ? R : undefined;

type Optional<T> = object extends T ? [T?] : [T];

/** The API refused a call, or could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly call: string,
    readonly problem: components['schemas']['Problem'],
  ) {
    super(problem.detail);
  }
}

export function get<P extends PathsOf<'get'>>(path: P, ...[request]: Optional<RequestOf<'get', P>>): Promise<ResponseOf<'get', P>> {
  return send('get', path, request);
}

export function post<P extends PathsOf<'post'>>(path: P, ...[request]: Optional<RequestOf<'post', P>>): Promise<ResponseOf<'post', P>> {
  return send('post', path, request);
}

export function patch<P extends PathsOf<'patch'>>(path: P, ...[request]: Optional<RequestOf<'patch', P>>): Promise<ResponseOf<'patch', P>> {
  return send('patch', path, request);
}

export function put<P extends PathsOf<'put'>>(path: P, ...[request]: Optional<RequestOf<'put', P>>): Promise<ResponseOf<'put', P>> {
  return send('put', path, request);
}

export function remove<P extends PathsOf<'delete'>>(path: P, ...[request]: Optional<RequestOf<'delete', P>>): Promise<ResponseOf<'delete', P>> {
  return send('delete', path, request);
}

interface Parts {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** The address of a call, also the key under which a page knows its answer. */
export function address<P extends keyof paths>(path: P, request?: unknown): string {
  const { path: parts, query } = (request ?? {}) as Parts;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts?.[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value != null && value !== '') search.set(name, String(value));
  }
  return search.size > 0 ? `${filled}?${search}` : filled;
}

async function send<M extends Method, P extends keyof paths>(method: M, path: P, request?: unknown): Promise<ResponseOf<M, P>> {
  const url = address(path, request);
  const call = `${method.toUpperCase()} ${url}`;
  const body = (request as Parts | undefined)?.body;
  const init: RequestInit = { method: method.toUpperCase(), credentials: 'same-origin', headers: { accept: 'application/json' } };
  if (body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new ApiError(0, call, { detail: 'The engine does not answer. It may be stopped or restarting, or the network is down.' });
  }
  if (!response.ok) {
    if (response.status === 401 && path !== '/api/v2/auth/login') signedOut();
    throw new ApiError(response.status, call, await problemOf(response));
  }
  return (response.status === 204 ? undefined : await response.json()) as ResponseOf<M, P>;
}

async function problemOf(response: Response): Promise<components['schemas']['Problem']> {
  try {
    const problem = (await response.json()) as Partial<components['schemas']['Problem']>;
    if (typeof problem.detail === 'string') return { ...problem, detail: problem.detail };
  } catch {
    // A proxy's page or an empty body: the status is all there is to say.
  }
  return { detail: `The engine answered with status ${response.status}${response.statusText ? ` ${response.statusText}` : ''}.` };
}
