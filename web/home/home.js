import { showApps } from './apps.js'
import { BoxStatus } from './box-status.js'
import { showJoinCard } from './join-card.js'
import { wireSharePage } from './share-page.js'

const find = (selector) => document.querySelector(selector)

const status = new BoxStatus(find('[data-state]'), find('.ball'))
status.check()
showApps(find('[data-apps]'), {
  onList: (crowd) => status.showCrowd(crowd),
  onSilence: () => status.doubt(),
})
showJoinCard(find('[data-join]'))
wireSharePage(find('[data-share-page]'))
