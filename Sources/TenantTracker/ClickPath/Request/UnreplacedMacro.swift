/// A macro that the source should have replaced and sent as it stands: `{cost}`, `${SUBID}`, `[CPA]`, `__CLICKID__`,
/// `{{ad.id}}`. It is stored as nothing, and the team is told that the source sends it.
public struct UnreplacedMacro: Hashable, Sendable {
  /// The parameter it came in.
  public let parameter: String
  public let macro: String

  /// Whether the whole value is one such macro.
  static func matches(_ value: String) -> Bool {
    guard (3...66).contains(value.utf8.count) else { return false }
    return value.utf8Buffer { bytes in
      // Nearly every value ends here.
      guard let last = bytes.last, last == UInt8(ascii: "}") || last == UInt8(ascii: "]") || last == UInt8(ascii: "_")
      else { return false }
      return forms.contains { form in
        let open = form.open.bytes
        let close = form.close.bytes
        guard bytes.count > open.count + close.count, bytes.starts(with: open),
          bytes.suffix(close.count).elementsEqual(close)
        else { return false }
        return bytes[open.count..<bytes.count - close.count].allSatisfy(form.isNameByte)
      }
    }
  }

  private struct Form {
    let open: StaticString
    let close: StaticString
    let isNameByte: @Sendable (UInt8) -> Bool
  }

  private static let forms: [Form] = [
    Form(open: "{", close: "}", isNameByte: isWordByte), Form(open: "${", close: "}", isNameByte: isWordByte),
    Form(open: "{{", close: "}}", isNameByte: isWordByte), Form(open: "[", close: "]", isNameByte: isWordByte),
    // Lower case between underscores is somebody's name for a campaign, not TikTok's macro.
    Form(open: "__", close: "__") { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F },
  ]

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte.isASCIIAlphanumeric || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }
}
