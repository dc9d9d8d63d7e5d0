/** The part of swagger-client that is used here: it comes without types. */
declare module 'swagger-client' {
  interface Answer {
    readonly status: number
    readonly body: unknown
  }
  type Call = (
    parameters?: Readonly<Record<string, unknown>>,
    options?: { readonly requestBody?: unknown },
  ) => Promise<Answer>
  interface Options {
    readonly url: string
    readonly requestInterceptor?: (request: { headers: Record<string, string> }) => unknown
  }
  interface Client {
    /** by tag and operation id */
    readonly apis: Readonly<Record<string, Readonly<Record<string, Call>>>>
  }

  // biome-ignore lint/style/noDefaultExport: it is how the package exports it
  export default function SwaggerClient(options: Options): Promise<Client>
}
