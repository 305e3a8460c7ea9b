import ClickPath
import Conversions

/// Which of our requests a path is; everything else is the framework's.
enum VisitorTarget: Sendable {
  case visitor(VisitorRoute)
  /// `POST /v1/postback`: the postback that answers in JSON.
  case postbackAPI
  /// Reports of conversions that come another way: `/pixel`, `/api/lead`, `/webhook/shopify`.
  case inbound(InboundChannel)
  /// `/healthz`: the process lives.
  case health
  /// `/readyz`: it can serve visitors.
  case readiness
  /// `/` of a tracking domain. Where there is a dashboard it is the dashboard's.
  case root
  /// `/robots.txt`
  case robots

  init?(path: Substring, query: Substring) {
    if let route = VisitorRoute(path: path, query: query) {
      self = .visitor(route)
    } else {
      switch path {
      case "/v1/postback": self = .postbackAPI
      case "/pixel", "/api/pixel": self = .inbound(.pixel)
      case "/api/lead": self = .inbound(.lead)
      case "/webhook/shopify": self = .inbound(.shopify)
      case "/webhook/woocommerce": self = .inbound(.woocommerce)
      case "/webhook/stripe": self = .inbound(.stripe)
      case "/healthz": self = .health
      case "/readyz": self = .readiness
      case "/": self = .root
      case "/robots.txt": self = .robots
      default: return nil
      }
    }
  }

  /// Whether a request target is worth a closer look. Its first letter rules the dashboard and its API out.
  static func mayBe(_ target: String) -> Bool {
    var bytes = target.utf8.makeIterator()
    guard bytes.next() == UInt8(ascii: "/") else { return false }
    guard let first = bytes.next() else { return true }
    switch first {
    case UInt8(ascii: "a"): return target.hasPrefix("/api/")
    case UInt8(ascii: "c"), UInt8(ascii: "o"), UInt8(ascii: "p"), UInt8(ascii: "v"), UInt8(ascii: "h"),
      UInt8(ascii: "r"), UInt8(ascii: "w"), UInt8(ascii: "?"):
      return true
    default: return false
    }
  }

  var isAboutHealth: Bool {
    switch self {
    case .health, .readiness: true
    default: false
    }
  }

  /// Whether pages of any origin may call it and read the answer.
  var isShared: Bool {
    switch self {
    case .inbound(.pixel), .inbound(.lead): true
    default: false
    }
  }

  func allows(_ method: VisitorRequest.Method) -> Bool {
    switch (self, method) {
    case (.postbackAPI, .post), (.inbound, .post), (.visitor(.postback), .get), (.visitor(.postback), .post): true
    case (.inbound(.pixel), .get), (.inbound(.pixel), .options), (.inbound(.lead), .options): true
    case (.postbackAPI, _), (.inbound, _), (.visitor(.postback), _): false
    case (_, .get), (_, .head): true
    case (_, .post), (_, .options), (_, .other): false
    }
  }

  /// For a 405.
  var methods: [String] {
    switch self {
    case .inbound(.pixel): ["GET", "POST", "OPTIONS"]
    case .inbound(.lead): ["POST", "OPTIONS"]
    case .postbackAPI, .inbound: ["POST"]
    case .visitor(.postback): ["GET", "POST"]
    case .visitor, .health, .readiness, .root, .robots: ["GET", "HEAD"]
    }
  }
}
