import Core
import Database
import HTTPTypes
import Licensing
import Logging
import Synchronization
import Web

/// What the installer fetches: the newest release, the release key, the files.
struct ReleaseDownloads: Sendable {
  let database: ConnectionPool
  let desk: ReleaseDesk
  let script: InstallScript?

  /// Downloads under way; each has a file open.
  private let downloads = Downloads(limit: 200)

  /// - Parameter script: nil when the program's files lack it.
  init(database: ConnectionPool, desk: ReleaseDesk, script: InstallScript?) {
    self.database = database
    self.desk = desk
    self.script = script
  }

  func register(in table: inout RouteTable<Vendor, NoSession>) {
    table.define("latest_release", Self.latestSchema)
    table.open(.get, "/install.sh", "The installer, to be read and to be piped into bash", handler: install)
    table.open(
      .get, "/releases/latest.json", "The newest release, with the signed manifest of its files",
      query: [QueryParameter("channel", .choice(["stable", "beta"]), "beta: unfinished ones, too; stable if absent.")],
      answer: .ref("latest_release"), handler: latest)
    table.open(.get, "/releases/\(ReleaseDirectory.keyName)", "The public key that releases are signed with") { _ in
      guard let key = try await desk.key() else { throw Problem.notFound("release key") }
      return Self.text(key.pem)
    }
    table.open(
      .get, "/releases/{version}/{file}", "A file of a release; `latest` is the newest one's", handler: file)
  }

  @Sendable private func install(_ call: OpenCall<Vendor>) async throws -> Reply {
    guard let script else { throw Problem.unavailable("This server's files lack the installer.", retryAfter: 60) }
    // On a reseller's own domain the script knows nothing else.
    let isOurs = call.place.host.resellerID == nil
    let address = "\(call.head.isHTTPS ? "https" : "http")://\(call.head.authority)"
    let values = InstallScript.Values(
      serverURL: isOurs ? call.place.publicURL : address, productName: call.place.brand.productName,
      releaseKey: try await desk.key()?.pem ?? "")
    return Self.text(script.text(values))
  }

  @Sendable private func latest(_ call: OpenCall<Vendor>) async throws -> Reply {
    let release = try await newest(call)
    let address = "\(call.place.publicURL)/releases/\(release.version)"
    let files = release.manifest.files.map { file -> JSONValue in
      [
        "name": .string(file.name), "url": .string("\(address)/\(file.name)"), "size": .int(file.size),
        "sha256": .string(file.sha256),
      ]
    }
    let json: JSONValue = [
      "version": .string(release.version), "channel": .string(release.manifest.channel.rawValue),
      "built_at": JSONValue(release.manifest.builtAt), "published_at": JSONValue(release.publishedAt),
      "notes": .string(release.notes), "files": .array(files),
      "manifest": .string(release.manifest.text), "signature": .string(release.signed.signatureBase64),
      "key_fingerprint": .string(release.signed.keyFingerprint),
    ]
    return Reply.json(json).with(header: .cacheControl, "public, max-age=60")
  }

  @Sendable private func file(_ call: OpenCall<Vendor>) async throws -> Reply {
    let version = call.parameter("version")
    let found = version == "latest" ? try await newest(call) : try await ReleaseStore(database).find(version: version)
    guard let release = found, release.status == .published else { throw Problem.notFound("release") }
    let name = call.parameter("file")
    switch name {
    case ReleaseManifest.name: return Self.text(release.manifest.text)
    case ReleaseManifest.signatureName: return Reply(type: .binary, bytes: release.signed.signature)
    default: break
    }
    guard let file = release.manifest.file(name) else { throw Problem.notFound("file") }
    return try await download(file, of: release, call)
  }

  private func newest(_ call: OpenCall<Vendor>) async throws -> Release {
    let name = call.query("channel") ?? "stable"
    guard let channel = ReleaseManifest.Channel(rawValue: name) else {
      throw Problem.invalid("channel", "choice", "must be stable or beta")
    }
    guard let release = try await ReleaseStore(database).latest(channel) else { throw Problem.notFound("release") }
    return release
  }

  private func download(
    _ file: ReleaseManifest.File, of release: Release, _ call: OpenCall<Vendor>
  ) async throws -> Reply {
    let tag = "\"\(file.sha256)\""
    var reply = Reply(fields: [.contentType: ContentType(forFile: file.name).value])
    reply.fields[.eTag] = tag
    reply.fields[.acceptRanges] = "bytes"
    reply.fields[.cacheControl] = "public, max-age=3600"
    if Self.names(call.head.fields[.ifNoneMatch], tag) {
      reply.status = 304
      reply.fields[.contentType] = nil
      return reply
    }
    // A part of another file than the client has the rest of would be worth nothing.
    let isSameFile = call.head.fields[.ifRange].map { $0 == tag } ?? true
    var range: Range<Int64> = 0..<file.size
    switch ByteRange(isSameFile ? call.head.fields[.range] : nil, size: file.size) {
    case .whole: reply.offerDownload(file.name)
    case .part(let part):
      range = part
      reply.status = 206
      reply.fields[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(file.size)"
    case .unsatisfiable:
      var refusal = Reply.problem(
        Problem(
          status: 416, code: "range_not_satisfiable", title: "Range not satisfiable",
          detail: "The file has \(file.size) bytes."))
      refusal.fields[.contentRange] = "bytes */\(file.size)"
      return refusal
    }
    reply.fields[.contentLength] = String(range.count)
    guard call.head.method != .head else { return reply }
    reply.body = try await body(file, of: release, range, call)
    return reply
  }

  private func body(
    _ file: ReleaseManifest.File, of release: Release, _ range: Range<Int64>, _ call: OpenCall<Vendor>
  ) async throws -> Reply.Body {
    guard let place = downloads.begin() else {
      throw Problem.unavailable("Too many downloads are under way.", retryAfter: 10)
    }
    guard let reader = try await desk.open(file, of: release) else {
      call.logger.error(
        "a published file is not in RELEASES_DIR as it was published",
        metadata: ["version": "\(release.version)", "file": "\(file.name)"])
      throw Problem.unavailable("This file cannot be given out just now.", retryAfter: 60)
    }
    return .stream { [desk] writer in
      var position = range.lowerBound
      while position < range.upperBound {
        let end = min(range.upperBound, position + ReleaseFileReader.pieceSize)
        guard let piece = try await desk.read(position..<end, of: reader) else { throw Problem.internalError() }
        try await writer.write(piece)
        position = end
      }
      withExtendedLifetime(place) {}
    }
  }

  private static func text(_ text: String) -> Reply {
    Reply.text(text).with(header: .cacheControl, "public, max-age=60")
  }

  private static func names(_ header: String?, _ tag: String) -> Bool {
    header?.split(separator: ",").map(\.trimmed).contains { $0 == "*" || $0 == tag || $0 == "W/\(tag)" } ?? false
  }

  private static let latestSchema = Schema.object([
    .required("version", .string), .required("channel", .choice(["stable", "beta"])),
    .required("built_at", .timestamp), .required("published_at", .timestamp), .required("notes", .string),
    .required(
      "files",
      .array(
        .object([
          .required("name", .string), .required("url", .url), .required("size", .integer), .required("sha256", .string),
        ]))),
    .required("manifest", .string.described("What the release key signed.")),
    .required("signature", .string.described("Ed25519 over `manifest`, base64.")),
    .required("key_fingerprint", .string.described("SHA-256 of the release key (X.509, DER).")),
  ])
}

/// How many downloads are under way.
private final class Downloads: Sendable {
  private let limit: Int
  private let running = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// A place among them, given back when it is released; nil when all are taken.
  func begin() -> Place? {
    let isTaken = running.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    return isTaken ? Place(of: self) : nil
  }

  final class Place: Sendable {
    private let downloads: Downloads
    fileprivate init(of downloads: Downloads) { self.downloads = downloads }
    deinit { downloads.running.withLock { $0 -= 1 } }
  }
}
