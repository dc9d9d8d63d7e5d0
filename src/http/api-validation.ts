import AjvCompiler from '@fastify/ajv-compiler'
import type { FastifyInstance } from 'fastify'

/**
 * Has requests checked to the end, so that every field is named that is wrong. A body has to be what its schema says; in a
 * path or query everything is text, which is read as what it should be.
 */
export function setValidation(app: FastifyInstance): void {
  const build = AjvCompiler()
  const compilerFor = (customOptions: object) => {
    let compile: ReturnType<typeof build> | undefined
    return (route: Parameters<ReturnType<typeof build>>[0]) => {
      compile ??= build(app.getSchemas() as Parameters<typeof build>[0], { customOptions })
      return compile(route)
    }
  }
  const strict = compilerFor({ allErrors: true, coerceTypes: false, removeAdditional: false })
  const lenient = compilerFor({ allErrors: true })
  app.setValidatorCompiler((route) => (route.httpPart === 'body' ? strict : lenient)(route))
}
