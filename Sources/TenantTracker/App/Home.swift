import Foundation

/// Where the program's own files are: `migrations/` and `assets/`. TRACKILY_HOME, else the nearest folder above the
/// executable that holds `migrations/`.
struct Home: Sendable {
  struct NotFound: Error, CustomStringConvertible {
    var description: String { "TRACKILY_HOME is missing: it must be the folder that holds migrations/ and assets/" }
  }

  let path: String

  init(environment: [String: String]) throws {
    if let given = environment["TRACKILY_HOME"], Self.isHome(given) {
      path = given
      return
    }
    var folder = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
    if let executable = Bundle.main.executableURL { folder = executable.resolvingSymlinksInPath() }
    while folder.path != "/" {
      folder = folder.deletingLastPathComponent()
      if Self.isHome(folder.path) {
        path = folder.path
        return
      }
    }
    throw NotFound()
  }

  var migrations: String { "\(path)/migrations" }

  /// Our own files, then the fetched libraries.
  var assets: [String] { ["\(path)/assets", "\(path)/.tools/assets"] }

  private static func isHome(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/migrations/control")
  }
}
