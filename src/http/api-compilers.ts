import AjvCompiler from '@fastify/ajv-compiler'
import SerializerSelector from '@fastify/fast-json-stringify-compiler'
import type { FastifyInstance } from 'fastify'

/**
 * Has requests checked to the end, so that every field is named that is wrong. A body has to be what its schema says; in a
 * path or query everything is text, which is read as what it should be.
 *
 * A schema is compiled when it is first needed: to compile all would take a sixth of each start.
 */
export function setCompilers(app: FastifyInstance): void {
  const schemas = () => app.getSchemas() as Record<string, object>
  const buildValidator = AjvCompiler()
  const validators = (customOptions: object) =>
    once(() => buildValidator(schemas(), { customOptions }))
  const strict = validators({ allErrors: true, coerceTypes: false, removeAdditional: false })
  const lenient = validators({ allErrors: true })
  app.setValidatorCompiler((route) => {
    const compile = route.httpPart === 'body' ? strict : lenient
    const validate = once(() => compile()(route))
    return (data) => validate()(data) === true || { error: validate().errors ?? [] }
  })

  const buildSerializer = SerializerSelector()
  const serializers = once(() => buildSerializer(schemas()))
  app.setSerializerCompiler(({ httpStatus = '', ...route }) => {
    const serialize = once(() => serializers()({ ...route, httpStatus }))
    return (data) => serialize()(data)
  })
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}
