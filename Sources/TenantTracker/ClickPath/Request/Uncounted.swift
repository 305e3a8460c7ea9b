/// Why a hit is served but is no click: nobody has looked at anything yet.
public enum Uncounted: String, Hashable, Sendable, CaseIterable {
  case head
  case prefetch
  case linkPreview = "link_preview"

  /// Nil for a request that counts.
  public init?(_ request: VisitorRequest) {
    let headers = request.headers
    if request.method == .head {
      self = .head
    } else if headers.secPurpose.map({ $0.mentions("prefetch") || $0.mentions("prerender") }) == true
      || headers.purpose.map({ $0.mentions("prefetch") || $0.mentions("preview") }) == true
      || headers.mozPurpose?.mentions("prefetch") == true || headers.previewPurpose?.mentions("preview") == true
    {
      self = .prefetch
    } else if let agent = headers.userAgent, Uncounted.isLinkPreview(agent) {
      self = .linkPreview
    } else {
      return nil
    }
  }

  /// Messengers that fetch a link when somebody types it. (Their in-app browsers carry other names: those are people.)
  static func isLinkPreview(_ agent: String) -> Bool {
    agent.utf8Buffer { bytes in
      for index in bytes.indices {
        switch bytes[index] | 0x20 {
        case UInt8(ascii: "s"):
          if bytes.says("slackbot", at: index) || bytes.says("slack-imgproxy", at: index) { return true }
        case UInt8(ascii: "t"):
          if bytes.says("telegrambot", at: index) || bytes.says("thirdlandingpagefeinfra", at: index) { return true }
        case UInt8(ascii: "f"):
          if bytes.says("facebookexternalhit", at: index) || bytes.says("facebot", at: index) { return true }
        case UInt8(ascii: "w"):
          if index == 0, bytes.says("whatsapp/", at: 0) { return true }
        default: break
        }
      }
      return false
    }
  }
}

extension String {
  /// Whether a header's value has this word (lower case) in it.
  fileprivate func mentions(_ word: StaticString) -> Bool { utf8Buffer { $0.contains(caseInsensitively: word.bytes) } }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate func says(_ word: StaticString, at index: Int) -> Bool { has(caseInsensitively: word.bytes, at: index) }
}
