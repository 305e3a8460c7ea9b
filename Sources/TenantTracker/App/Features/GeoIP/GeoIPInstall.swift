import Core
import Foundation
import Geo
import Glibc
import Security

/// Fetches one edition, checks it and puts it in the place of the file that is there: all of it or nothing.
struct GeoIPInstall: Sendable {
  enum Fault: Error, Sendable, CustomStringConvertible {
    case client(MaxMindClient.Fault)
    case wrongChecksum
    case archive(DatabaseArchive.Fault)
    case database(GeoFault)
    /// The archive holds another database than the one asked for.
    case otherDatabase(String)
    case folder(String)
    case busy

    var description: String {
      switch self {
      case .client(let fault): "\(fault)"
      case .wrongChecksum: "the checksum does not match; the file was thrown away"
      case .archive(let fault): "\(fault)"
      case .database(let fault): "\(fault)"
      case .otherDatabase(let type): "the archive holds \(type) instead"
      case .folder(let reason): "the folder of the databases can't be written: \(reason)"
      case .busy: "the tracker is too busy; try again later"
      }
    }
  }

  /// Told of every change in how far it is.
  typealias Note = @Sendable (_ change: @Sendable (inout GeoIPDownload.File) -> Void) -> Void

  let edition: String
  let client: MaxMindClient
  let library: GeoLibrary
  /// Where a database is opened to be checked.
  let scratch: String
  /// Files are read and written on these.
  let workers: WorkerThreads

  func run(_ credentials: MaxMindClient.Credentials, note: @escaping Note) async throws(Fault) {
    note { $0.step = .downloading }
    let draft = "\(library.folder)/.download-\(RandomBytes.make(6).hex)"
    let archive = try await open("\(draft).tar.gz")
    defer { archive.remove() }
    let sum = try await download(credentials, into: archive, note)
    guard archive.finish() == sum else { throw archive.problem.map { .folder($0) } ?? .wrongChecksum }
    note { $0.step = .unpacking }
    try await work { [self] () throws(Fault) in try place("\(draft).tar.gz", by: "\(draft).mmdb") }
    note { $0.step = .done }
  }

  /// Deletes what a crash has left.
  static func tidy(_ folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(".download-") {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }

  private func open(_ path: String) async throws(Fault) -> ArchiveFile {
    try await work { [folder = library.folder] () throws(Fault) in
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw .folder("it can't be made")
      }
      guard let file = ArchiveFile(path) else { throw .folder(String(cString: strerror(errno))) }
      return file
    }
  }

  /// The checksum that the archive must have.
  private func download(
    _ credentials: MaxMindClient.Credentials, into archive: ArchiveFile, _ note: @escaping Note
  ) async throws(Fault) -> String {
    do throws(MaxMindClient.Fault) {
      let sum = try await client.checksum(of: edition, credentials)
      try await client.archive(of: edition, credentials) { bytes, announced in
        guard archive.append(bytes) else { return false }
        let count = bytes.count
        note { file in
          file.bytes += count
          file.total = announced
        }
        return true
      }
      return sum
    } catch {
      throw archive.problem.map { .folder($0) } ?? .client(error)
    }
  }

  /// Unpacks, opens and checks the database, then renames it to its place.
  private func place(_ archive: String, by draft: String) throws(Fault) {
    do throws(DatabaseArchive.Fault) {
      try DatabaseArchive(archive).extract("\(edition).mmdb", to: draft)
    } catch {
      throw .archive(error)
    }
    defer { unlink(draft) }
    let type = try databaseType(draft)
    guard type == edition else { throw .otherDatabase(type) }
    guard rename(draft, library.path(of: edition)) == 0 else { throw .folder(String(cString: strerror(errno))) }
    let folder = Glibc.open(library.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  private func databaseType(_ path: String) throws(Fault) -> String {
    do throws(GeoFault) { return try GeoDatabase(path, scratch: scratch).facts.type } catch { throw .database(error) }
  }

  private func work<T: Sendable>(_ body: @escaping @Sendable () throws(Fault) -> T) async throws(Fault) -> T {
    let result: Result<T, Fault>
    do throws(WorkerThreads.Refusal) {
      result = try await workers.run { Self.outcome(of: body) }
    } catch {
      throw .busy
    }
    return try result.get()
  }

  private static func outcome<T>(of body: () throws(Fault) -> T) -> Result<T, Fault> {
    do throws(Fault) { return .success(try body()) } catch { return .failure(error) }
  }
}
