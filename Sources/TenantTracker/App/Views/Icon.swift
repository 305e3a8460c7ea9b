/// The icons in use, by Lucide's names.
enum Icon: String, CaseIterable, Sendable {
  case dashboard = "layout-dashboard"
  case campaigns = "megaphone"
  case offers = "badge-dollar-sign"
  case landings = "panels-top-left"
  case sources = "radio-tower"
  case profiles = "signpost"
  case networks = "handshake"
  case publishers = "share-2"
  case payouts = "banknote"
  case types = "tags"
  case deliveries = "send"
  case builder = "link"
  case postbacks = "webhook"
  case inbox
  case shops = "shopping-bag"
  case currencies = "coins"
  case products = "package"
  case purchases = "shopping-cart"
  case customers = "contact-round"
  case pixel = "code-xml"
  case domains = "globe"
  case clicks = "mouse-pointer-click"
  case conversions = "circle-check-big"
  case users
  case license = "key-round"
  case settings
  case audit = "scroll-text"
  case blacklist = "ban"
  case menu
  case close = "x"
  case theme = "sun-moon"
  case signOut = "log-out"
  case add = "plus"
  case copy
  case edit = "pencil"
  case delete = "trash-2"
  case archive
  case warning = "triangle-alert"
  case error = "circle-x"
  case info
  case help = "circle-question-mark"
  case flows = "git-branch"
  case account = "circle-user-round"
  case external = "external-link"
  case balance = "scale"
  case refresh = "refresh-cw"
  case pause
  case resume = "play"
  case search
  case verify = "shield-check"
  case next = "chevron-right"
  case up = "arrow-up"
  case down = "arrow-down"
  case rise = "arrow-up-right"
  case fall = "arrow-down-right"
  case locked = "lock"
  case check
  case checkout = "credit-card"
  case waiting = "hourglass"
  case onHold = "circle-pause"
  case refunded = "undo-2"
  case chart = "chart-column"
  case filter = "list-filter"
  case columns = "columns-3"
  case download
  case upload
  case reports = "chart-column-big"
  case saved = "bookmark"
  case grip = "grip-vertical"
  case abTest = "flask-conical"
  case funnel
  case attribution = "waypoints"
}
