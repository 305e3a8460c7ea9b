import CMaxMindDB
public import Core
import Synchronization

/// One MaxMind database (`.mmdb`), mapped into memory.
///
/// A look-up takes no text, allocates nothing once its place is known, and is safe from any number of threads. The
/// mapping goes with the last reference.
public final class GeoDatabase: @unchecked Sendable {
  // SAFETY: `handle` is written by `init` alone; libmaxminddb only reads an open database. Everything else is immutable,
  // or has a lock or atomic of its own.

  /// What the file says of itself.
  public let facts: GeoDatabaseFacts
  let cache = PlaceCache()
  private let handle: UnsafeMutablePointer<MMDB_s>
  private let damaged = Atomic<Int>(0)

  /// Opens and checks a database. Blocks for about a second per 100 MB: for start-up and threads of their own.
  /// - Parameter scratch: a folder with room for a copy of the file, which nobody can overwrite while it is mapped.
  public init(_ path: String, scratch: String) throws(GeoFault) {
    let copy = try PrivateCopy.make(of: path, in: scratch)
    handle = .allocate(capacity: 1)
    handle.initialize(to: MMDB_s())
    let code = MMDB_open(copy.path, UInt32(MMDB_MODE_MMAP), handle)
    guard code == MMDB_SUCCESS else {
      handle.deallocate()
      throw .corrupt(GeoDatabase.words(code))
    }
    facts = GeoDatabaseFacts(handle.pointee.metadata, size: copy.size, checksum: copy.checksum)
    try check()
  }

  deinit {
    MMDB_close(handle)
    handle.deallocate()
  }

  /// What is known of an address; nil when that is nothing, or damaged.
  public func place(of address: IPAddress) -> GeoPlace? {
    guard let record = record(of: address) else { return nil }
    return cache.place(at: record.offset, read: place)
  }

  /// The length of the prefix of the network that all shares the address's answer, in bits of the address's family.
  public func prefix(of address: IPAddress) -> Int? { record(of: address)?.prefix }

  /// How many look-ups met damaged data.
  public var damageCount: Int { damaged.load(ordering: .relaxed) }

  private func record(of address: IPAddress) -> (offset: UInt32, prefix: Int)? {
    var offset: UInt32 = 0
    var prefix: UInt16 = 0
    var code: CInt = 0
    switch mmdb_find(handle, address.high, address.low, address.isV4, &offset, &prefix, &code) {
    case 1: return (offset, Int(prefix) - (address.isV4 && facts.ipVersion == 6 ? 96 : 0))
    case 0: return nil
    default:
      damaged.add(1, ordering: .relaxed)
      return nil
    }
  }

  /// Reads the record at `offset`; nil when it is damaged.
  private func place(at offset: UInt32) -> GeoPlace? {
    do throws(GeoFault) {
      return try GeoRecord(handle, offset).place()
    } catch {
      damaged.add(1, ordering: .relaxed)
      return nil
    }
  }

  static func words(_ code: CInt) -> String { String(cString: MMDB_strerror(code)) }
}

extension GeoDatabase {
  /// Every record of the search tree must lead somewhere, and a spread of the places it leads to must be readable.
  private func check() throws(GeoFault) {
    guard facts.nodeCount > 0 else { throw .corrupt("it has no networks") }
    var types: (UInt8, UInt8) = (0, 0)
    var offsets: (UInt32, UInt32) = (0, 0)
    var seen = 0
    for number in 0..<UInt32(facts.nodeCount) {
      let code = withUnsafeMutableBytes(of: &types) { types in
        withUnsafeMutableBytes(of: &offsets) { offsets in
          mmdb_node(
            handle, number, types.baseAddress?.assumingMemoryBound(to: UInt8.self),
            offsets.baseAddress?.assumingMemoryBound(to: UInt32.self))
        }
      }
      guard code == MMDB_SUCCESS else { throw .corrupt(GeoDatabase.words(code)) }
      for (type, offset) in [(types.0, offsets.0), (types.1, offsets.1)] {
        if type == MMDB_RECORD_TYPE_INVALID { throw .corrupt("its search tree leads nowhere") }
        guard type == MMDB_RECORD_TYPE_DATA else { continue }
        // The first ones, then every 97th: enough to tell a damaged file, quick enough for millions of networks.
        if seen < 512 || seen % 97 == 0 { _ = try GeoRecord(handle, offset).place() }
        seen += 1
      }
    }
    guard seen > 0 else { throw .corrupt("it has no networks") }
  }
}
