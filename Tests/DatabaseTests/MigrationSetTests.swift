import Database
import FoundationEssentials
import Testing

@Suite struct MigrationSetTests {
  private func error(_ files: [String]) -> MigrationError? {
    do throws(MigrationError) {
      var migrations: [Migration] = []
      for file in files { migrations.append(try Migration(file: file, script: "")) }
      _ = try MigrationSet(group: .tenant, migrations: migrations)
      return nil
    } catch {
      return error
    }
  }

  @Test func filesAreOrderedByNumber() throws {
    let migrations = try ["0002_b.sql", "0001_a.sql", "0003_c.contract.sql"].map { try Migration(file: $0, script: "") }
    let set = try MigrationSet(group: .tenant, migrations: migrations)
    #expect(set.migrations.map(\.version) == [1, 2, 3])
    #expect(set.migrations.map(\.isContract) == [false, false, true])
  }

  @Test func aGapIsNamed() {
    #expect(error(["0001_a.sql", "0003_c.sql"]) == .gap(group: .tenant, version: 2))
    #expect(error(["0002_a.sql"]) == .gap(group: .tenant, version: 1))
  }

  @Test func aDuplicateIsNamed() {
    #expect(error(["0001_a.sql", "0001_b.sql"]) == .duplicate(first: "0001_a.sql", second: "0001_b.sql"))
  }

  @Test(arguments: ["1_a.sql", "0000_a.sql", "0001a.sql", "0001_a.txt", "x001_a.sql", "0001_.psql"])
  func aBadNameIsNamed(file: String) {
    #expect(error([file]) == .badName(file: file))
  }

  @Test func theChecksumIsTheScriptsSHA256() throws {
    let migration = try Migration(file: "0001_a.sql", script: "abc")
    #expect(migration.checksum == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func aFolderIsLoadedAndAMissingOneNamed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "migrations-\(UUID())")
    try FileManager.default.createDirectory(at: folder.appending(path: "control"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("SELECT 1;".utf8).write(to: folder.appending(path: "control/0001_a.sql"))
    try Data("notes".utf8).write(to: folder.appending(path: "control/README.md"))
    let set = try MigrationSet(directory: folder.path, group: .control)
    #expect(set.migrations.map(\.file) == ["0001_a.sql"])
    #expect(throws: MigrationError.unreadable(path: "\(folder.path)/license")) {
      try MigrationSet(directory: folder.path, group: .license)
    }
  }
}
