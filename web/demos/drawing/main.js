import { joinDemo } from '../shared/join-demo.js'
import { Board } from './board.js'
import { BoardView } from './board-view.js'

joinDemo({ appId: 'io.croquet-in-a-box.drawing', model: Board, view: BoardView })
