public import Core
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The installation's databases, looked up by every click and replaced while clicks run.
///
/// A look-up takes one reference to the databases of the moment and never waits for a file: loading happens beside, and
/// ends in an exchange of that reference. A replaced database is closed when the last look-up in it has ended.
public final class GeoLibrary: Sendable {
  /// The databases in use at one moment.
  private final class Shelf: Sendable {
    let city: GeoDatabase?
    let network: GeoDatabase?
    let connection: GeoDatabase?

    init(_ volumes: [GeoSlot: Volume] = [:]) {
      city = volumes[.city]?.database
      network = volumes[.network]?.database
      connection = volumes[.connection]?.database
    }
  }

  /// What is known of one slot's file.
  private struct Volume {
    var edition: String?
    /// Of the file as it was when it was last looked into; nil without a file.
    var stamp: FileStamp?
    var database: GeoDatabase?
    var fault: GeoFault?
    var loadedAt: Timestamp?
  }

  public let folder: String
  private let scratch: String
  private let clock: any WallClock
  private let shelf = Mutex(Shelf())
  /// Held while files are read, so that one load follows the other. No look-up takes it.
  private let loading = Mutex<[GeoSlot: Volume]>([:])
  /// What ``loading`` came to, for those who ask meanwhile.
  private let standing = Mutex<[GeoSlot: Volume]>([:])

  /// Empty until ``reload(force:)``.
  /// - Parameters:
  ///   - folder: where the files are; it need not exist.
  ///   - scratch: a folder with room for a copy of each file in use.
  public init(folder: String, scratch: String, clock: any WallClock = SystemClock()) {
    self.folder = folder
    self.scratch = scratch
    self.clock = clock
  }

  /// What is known of an address.
  public func locate(_ address: IPAddress) -> GeoAnswer {
    let shelf = shelf.withLock { $0 }
    return GeoAnswer(
      place: shelf.city?.place(of: address), network: shelf.network?.place(of: address),
      link: shelf.connection?.place(of: address))
  }

  /// The network around an address that all has the same city; nil when it is in none.
  public func network(of address: IPAddress) -> CIDR? {
    let shelf = shelf.withLock { $0 }
    guard let prefix = shelf.city?.prefix(of: address) ?? shelf.network?.prefix(of: address) else { return nil }
    return CIDR("\(address)/\(prefix)")
  }

  /// How each database stands: as of the last load, its damage as of now.
  public func status() -> [GeoStatus] {
    standing.withLock { volumes in
      GeoSlot.allCases.compactMap { slot in
        let volume = volumes[slot] ?? Volume()
        // Nobody misses a database that only paying customers of MaxMind can have.
        guard let edition = volume.edition ?? slot.freeEdition else { return nil }
        return GeoStatus(
          slot: slot, edition: edition, fault: volume.fault, facts: volume.database?.facts, loadedAt: volume.loadedAt,
          damageCount: volume.database?.damageCount ?? 0)
      }
    }
  }

  /// Loads the files that are new or have changed since they were last looked into. A file that can't be used leaves
  /// what was loaded before in use; one that is gone takes its database along.
  ///
  /// Blocks while files are read and checked: for start-up and threads of their own.
  /// - Parameter force: load what has not changed too.
  /// - Returns: the slots whose file was looked into, or is gone.
  @discardableResult
  public func reload(force: Bool = false) -> [GeoSlot] {
    loading.withLock { volumes in
      var changed: [GeoSlot] = []
      for slot in GeoSlot.allCases {
        let before = volumes[slot] ?? Volume()
        let (edition, stamp) = present(slot)
        guard force && stamp != nil || stamp != before.stamp || edition != before.edition else { continue }
        volumes[slot] = stamp == nil ? Volume() : load(edition, stamp, replacing: before)
        changed.append(slot)
      }
      guard !changed.isEmpty else { return [] }
      let shelf = Shelf(volumes)
      self.shelf.withLock { $0 = shelf }
      standing.withLock { $0 = volumes }
      return changed
    }
  }

  /// The best edition of a slot that there is a file of.
  private func present(_ slot: GeoSlot) -> (edition: String?, stamp: FileStamp?) {
    for edition in slot.editions {
      if let stamp = FileStamp(path(of: edition)) { return (edition, stamp) }
    }
    return (nil, nil)
  }

  private func load(_ edition: String?, _ stamp: FileStamp?, replacing before: Volume) -> Volume {
    var volume = Volume(edition: edition, stamp: stamp)
    do throws(GeoFault) {
      volume.database = try GeoDatabase(path(of: edition ?? ""), scratch: scratch)
      volume.loadedAt = clock.now()
    } catch {
      volume.fault = error
      volume.database = before.database
      volume.loadedAt = before.loadedAt
    }
    return volume
  }

  /// Where an edition's file belongs.
  public func path(of edition: String) -> String { "\(folder)/\(edition).mmdb" }
}

/// What tells a file from the one that was at its path before.
struct FileStamp: Hashable {
  private let device: UInt
  private let inode: UInt
  private let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// Nil when there is no file.
  init?(_ path: String) {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    device = UInt(facts.st_dev)
    inode = UInt(facts.st_ino)
    size = Int(facts.st_size)
    #if canImport(Glibc)
      (seconds, nanoseconds) = (facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec)
    #else
      (seconds, nanoseconds) = (facts.st_mtimespec.tv_sec, facts.st_mtimespec.tv_nsec)
    #endif
  }
}
