import ClickPath

/// Which of our requests a path is; everything else is the framework's.
enum VisitorTarget: Sendable {
  case visitor(VisitorRoute)
  /// `POST /v1/postback`: the postback that answers in JSON.
  case postbackAPI
  /// `/healthz`: the process lives.
  case health
  /// `/readyz`: it can serve visitors.
  case readiness

  init?(path: Substring, query: Substring) {
    if let route = VisitorRoute(path: path, query: query) {
      self = .visitor(route)
    } else {
      switch path {
      case "/v1/postback": self = .postbackAPI
      case "/healthz": self = .health
      case "/readyz": self = .readiness
      default: return nil
      }
    }
  }

  /// Whether a request target is worth a closer look. Its first letter rules the dashboard and its API out.
  static func mayBe(_ target: String) -> Bool {
    var bytes = target.utf8.makeIterator()
    guard bytes.next() == UInt8(ascii: "/"), let first = bytes.next() else { return false }
    switch first {
    case UInt8(ascii: "c"), UInt8(ascii: "o"), UInt8(ascii: "p"), UInt8(ascii: "v"), UInt8(ascii: "h"),
      UInt8(ascii: "r"):
      return true
    default: return false
    }
  }

  func allows(_ method: VisitorRequest.Method) -> Bool {
    switch (self, method) {
    case (.postbackAPI, .post), (.visitor(.postback), .get), (.visitor(.postback), .post): true
    case (.postbackAPI, _), (.visitor(.postback), _): false
    case (_, .get), (_, .head): true
    case (_, .post), (_, .other): false
    }
  }

  /// For a 405.
  var methods: [String] {
    switch self {
    case .postbackAPI: ["POST"]
    case .visitor(.postback): ["GET", "POST"]
    case .visitor, .health, .readiness: ["GET", "HEAD"]
    }
  }
}
