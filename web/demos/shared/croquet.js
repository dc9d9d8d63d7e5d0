export {
  App,
  Constants,
  Model,
  Session,
  View,
} from '../../lib/@croquet/croquet@2.0.4/pub/croquet.esm.js'
