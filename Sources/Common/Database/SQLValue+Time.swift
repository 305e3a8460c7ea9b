public import Core

/// Postgres counts from 2000-01-01.
private let epochMicroseconds: Int64 = 946_684_800_000_000
private let epochDays = 10_957

extension Timestamp: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .timestamptz }

  /// Moments beyond what Postgres keeps become its infinities.
  public func encode(into bytes: inout [UInt8]) {
    let (shifted, overflowed) = microseconds.subtractingReportingOverflow(epochMicroseconds)
    bytes.append(bigEndian: overflowed ? Int64.min : shifted)
  }

  /// `timestamptz`, or `timestamp` taken as UTC. The infinities don't fit.
  public init?(sql cell: SQLCell) {
    guard cell.type == .timestamptz || cell.type == .timestamp, let bytes = cell.bytes else { return nil }
    var reader = BinaryReader(bytes)
    guard let value = reader.integer(Int64.self), value != .min, value != .max else { return nil }
    let (microseconds, overflowed) = value.addingReportingOverflow(epochMicroseconds)
    guard !overflowed else { return nil }
    self.init(microseconds: microseconds)
  }
}

extension LocalDate: SQLValue, SQLDecodable {
  public static var sqlType: SQLType { .date }

  public func encode(into bytes: inout [UInt8]) { bytes.append(bigEndian: Int32(daysSinceEpoch - epochDays)) }

  /// `date` in the years 1 to 9999.
  public init?(sql cell: SQLCell) {
    guard cell.type == .date, let bytes = cell.bytes else { return nil }
    var reader = BinaryReader(bytes)
    guard let days = reader.integer(Int32.self) else { return nil }
    let firstDay: Int32 = -730_119  // 0001-01-01
    let lastDay: Int32 = 2_921_939  // 9999-12-31
    guard (firstDay...lastDay).contains(days) else { return nil }
    self.init(daysSinceEpoch: Int(days) + epochDays)
  }
}
