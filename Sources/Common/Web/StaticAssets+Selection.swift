import FoundationEssentials

extension StaticAssets {
  /// The named files and what the modules among them import, each from the first of the directories that has it. A name
  /// that none has is left out: `contains` tells.
  public init(named names: [String], in directories: [String], prefix: String = "/assets") {
    var files: [String: [UInt8]] = [:]
    var wanted = names
    while let name = wanted.popLast() {
      guard files[name] == nil,
        let found = directories.lazy.compactMap({ try? Data(contentsOf: URL(filePath: "\($0)/\(name)")) }).first
      else { continue }
      files[name] = Array(found)
      if name.hasSuffix(".js") { wanted += ModuleImports.imported(by: Array(found), at: name) }
    }
    self.init(files: files, prefix: prefix)
  }
}
