import Core
import Crypto
import FoundationEssentials
import HTTPTypes

/// The files of a directory under names that hold their content's hash, so that browsers may keep them for ever.
/// Read, hashed and packed once at start; afterwards a request is a look-up in a table, and no path reaches the disk.
public struct StaticAssets: Sendable {
  struct Asset: Sendable {
    let type: ContentType
    let hash: String
    let bytes: [UInt8]
    /// Nil when packing does not help.
    let packed: [UInt8]?
  }

  /// `/assets`
  public let prefix: String
  private let assets: [String: Asset]
  private let hashedNames: [String: String]
  /// What each script imports.
  private let imports: [String: [String]]

  /// Reads `directory` and what is below it. Names with a leading dot are left out. Throws what reading throws; a
  /// missing directory too.
  public init(directory: String, prefix: String = "/assets") throws {
    try self.init(directories: [directory], prefix: prefix)
  }

  /// Reads several directories as if they were one; of two files with one name the first directory's counts.
  /// - Parameter excluded: beginnings of the names to leave out, such as `icons/`.
  public init(directories: [String], excluding excluded: [String] = [], prefix: String = "/assets") throws {
    var files: [String: [UInt8]] = [:]
    for directory in directories.reversed() {
      try StaticAssets.read(directory, below: "", excluding: excluded, into: &files)
    }
    self.init(files: files, prefix: prefix)
  }

  /// From names (`css/app.css`) and contents. Style sheets' `url(…)` and modules' imports are rewritten to hashed names.
  init(files: [String: [UInt8]], prefix: String) {
    self.prefix = prefix
    imports = ModuleImports.graph(files)
    var hashedNames: [String: String] = [:]
    var assets: [String: Asset] = [:]
    // Modules after those they import, style sheets last: their text, and so their hash, depends on the others' names.
    let others = files.keys.filter { !$0.hasSuffix(".css") && !$0.hasSuffix(".js") }.sorted()
    let names = others + ModuleImports.order(imports) + files.keys.filter { $0.hasSuffix(".css") }.sorted()
    for name in names {
      var bytes = files[name] ?? []
      if name.hasSuffix(".css") { bytes = StyleSheet.rewritten(bytes, at: name, names: hashedNames) }
      if name.hasSuffix(".js") { bytes = ModuleImports.rewritten(bytes, at: name, names: hashedNames) }
      let hash = String(Array(SHA256.hash(data: bytes)).hex.prefix(12))
      let type = ContentType(forFile: name)
      let packed = type.isCompressible ? Gzip.compress(bytes, level: .best) : nil
      let hashedName = StaticAssets.insert(hash, into: name)
      hashedNames[name] = hashedName
      assets[hashedName] = Asset(
        type: type, hash: hash, bytes: bytes, packed: packed.flatMap { $0.count < bytes.count ? $0 : nil })
    }
    self.assets = assets
    self.hashedNames = hashedNames
  }

  /// The address of a file named as in the directory (`app.css`). An unknown name gives an address that answers 404;
  /// `contains` tells.
  public func url(_ name: String) -> String { "\(prefix)/\(hashedNames[name] ?? name)" }

  public func contains(_ name: String) -> Bool { hashedNames[name] != nil }

  /// The addresses of all that a module imports, directly or not, for browsers to fetch at once instead of in turns.
  public func imports(of name: String) -> [String] {
    ModuleImports.order(imports, from: imports[name] ?? []).map(url)
  }

  /// `app.css` -> `app.3f2a….css`
  private static func insert(_ hash: String, into name: String) -> String {
    let folder = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
    guard let dot = name[folder...].lastIndex(of: ".") else { return "\(name).\(hash)" }
    return "\(name[..<dot]).\(hash)\(name[dot...])"
  }

  private static func read(
    _ directory: String, below: String, excluding excluded: [String], into files: inout [String: [UInt8]]
  ) throws {
    for entry in try FileManager.default.contentsOfDirectory(atPath: directory) where !entry.hasPrefix(".") {
      let (path, name) = ("\(directory)/\(entry)", "\(below)\(entry)")
      // A folder is left out by its name with the slash.
      guard !excluded.contains(where: { "\(name)/".hasPrefix($0) }) else { continue }
      var isDirectory = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { continue }
      if isDirectory {
        try read(path, below: "\(name)/", excluding: excluded, into: &files)
      } else {
        files[name] = Array(try Data(contentsOf: URL(filePath: path)))
      }
    }
  }

  func reply(to head: RequestHead) -> Reply {
    guard head.isSafe else {
      return .problem(.methodNotAllowed(["GET", "HEAD"])).with(header: .allow, "GET, HEAD")
    }
    guard let asset = assets[String(head.path.dropFirst(prefix.count + 1))] else { return .problem(.notFound("file")) }
    var reply = Reply(type: asset.type, bytes: asset.bytes)
    reply.fields[.cacheControl] = "public, max-age=31536000, immutable"
    var tag = "\"\(asset.hash)\""
    if let packed = asset.packed {
      reply.fields.appendVary("Accept-Encoding")
      if head.acceptsGzip {
        reply.body = .bytes(packed)
        reply.fields[.contentEncoding] = "gzip"
        tag = "\"\(asset.hash)-gz\""
      }
    }
    reply.fields[.eTag] = tag
    if StaticAssets.matches(head.fields[.ifNoneMatch], tag) {
      reply.status = 304
      reply.body = .empty
      reply.fields[.contentType] = nil
      reply.fields[.contentEncoding] = nil
    }
    return reply
  }

  private static func matches(_ header: String?, _ tag: String) -> Bool {
    guard let header else { return false }
    return header.split(separator: ",").map(\.trimmed).contains { $0 == "*" || $0 == tag || $0 == "W/\(tag)" }
  }
}
