public import Core
public import FoundationEssentials

extension UUIDv7: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .uuid }

  public func encode(into bytes: inout [UInt8]) {
    bytes.append(bigEndian: high)
    bytes.append(bigEndian: low)
  }

  public init?(sql cell: SQLCell) {
    guard cell.type == .uuid, let bytes = cell.bytes else { return nil }
    var reader = BinaryReader(bytes)
    guard let high = reader.integer(UInt64.self), let low = reader.integer(UInt64.self) else { return nil }
    self.init(high: high, low: low)
  }
}

extension UUID: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .uuid }

  public func encode(into bytes: inout [UInt8]) { Swift.withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) } }

  public init?(sql cell: SQLCell) {
    guard cell.type == .uuid, let bytes = cell.bytes, bytes.count == 16 else { return nil }
    var value = UUID().uuid
    Swift.withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes) }
    self.init(uuid: value)
  }
}

/// Sent as `inet`; read from `inet` and `cidr` (the prefix length is dropped).
extension IPAddress: SQLValue, SQLDecodable {
  private static let v4Family: UInt8 = 2
  private static let v6Family: UInt8 = 3

  public static var sqlType: SQLType { .inet }

  public func encode(into bytes: inout [UInt8]) {
    let address = self.bytes
    bytes.append(isV4 ? Self.v4Family : Self.v6Family)
    bytes.append(UInt8(address.count * 8))
    bytes.append(0)  // not a network
    bytes.append(UInt8(address.count))
    bytes += address
  }

  public init?(sql cell: SQLCell) {
    guard cell.type == .inet || cell.type == .cidr, let bytes = cell.bytes, bytes.count >= 8 else { return nil }
    self.init(bytes: bytes.dropFirst(4))
  }
}
