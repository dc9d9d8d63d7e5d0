/** What is done with pages that are opened by http (`BOX_HTTP`). */
export const HTTP_WAYS = ['redirect', 'serve'] as const
export type HttpWay = (typeof HTTP_WAYS)[number]
