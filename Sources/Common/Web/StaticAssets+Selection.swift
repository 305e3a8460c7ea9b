import FoundationEssentials

extension StaticAssets {
  /// The named files only, each from the first of the directories that has it. A name that none has is left out:
  /// `contains` tells.
  public init(named names: [String], in directories: [String], prefix: String = "/assets") {
    var files: [String: [UInt8]] = [:]
    for name in names {
      let found = directories.lazy.compactMap { try? Data(contentsOf: URL(filePath: "\($0)/\(name)")) }.first
      if let found { files[name] = Array(found) }
    }
    self.init(files: files, prefix: prefix)
  }
}
