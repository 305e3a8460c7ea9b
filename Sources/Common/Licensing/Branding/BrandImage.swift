public import Core
import Crypto

/// A logo or favicon. Only raster images whose structure has been walked from end to end: a picture that is also a
/// page or a script does not get in, and SVG, which can hold scripts, is not taken at all.
public struct BrandImage: Hashable, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case icon = "image/x-icon"

    public var fileEnding: String {
      switch self {
      case .png: "png"
      case .jpeg: "jpg"
      case .icon: "ico"
      }
    }
  }

  /// What a picture is for, and so what it may be.
  public enum Purpose: Sendable, Hashable {
    case logo, favicon

    /// Bytes. Both travel in every lease, so they have to be small.
    public var maxBytes: Int { self == .logo ? 32_768 : 8_192 }
    public var kinds: [Kind] { self == .logo ? [.png, .jpeg] : [.png, .icon] }
    /// Pixels of the longer side.
    public var maxSide: Int { self == .logo ? 1_024 : 256 }

    /// What the field has to be, for whoever chose another file.
    public var requirement: String {
      switch self {
      case .logo: "must be a PNG or JPEG file of at most 32 KiB and 1024 by 1024 pixels"
      case .favicon: "must be a PNG or ICO file of at most 8 KiB and 256 by 256 pixels"
      }
    }
  }

  public let kind: Kind
  public let bytes: [UInt8]
  /// SHA-256, lower-case hexadecimal: its name wherever it is served.
  public let hash: String

  /// Nil unless the bytes are a whole image of a kind and size that the purpose allows, with nothing behind it.
  public init?(_ bytes: [UInt8], for purpose: Purpose) {
    guard (1...purpose.maxBytes).contains(bytes.count), let found = ImageStructure(of: bytes),
      purpose.kinds.contains(found.kind), (1...purpose.maxSide).contains(found.width),
      (1...purpose.maxSide).contains(found.height)
    else { return nil }
    kind = found.kind
    self.bytes = bytes
    hash = SHA256.hash(data: bytes).hex
  }

  /// `3f2a….png`
  public var fileName: String { "\(hash).\(kind.fileEnding)" }

  public var json: JSONValue { ["type": .string(kind.rawValue), "data": .string(bytes.base64url)] }

  init?(json: JSONValue?, for purpose: Purpose) {
    guard let data = json?["data"]?.stringValue, data.utf8.count <= purpose.maxBytes * 2,
      let bytes = [UInt8](base64url: data)
    else { return nil }
    self.init(bytes, for: purpose)
  }
}
