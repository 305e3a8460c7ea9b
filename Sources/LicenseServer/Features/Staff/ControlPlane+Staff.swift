/// What is done with the staff, for the tables of routes.
extension ControlPlane {
  var staffTeam: StaffTeam {
    StaffTeam(database: database, hasher: entrance.hasher, mail: mail, clock: clock)
  }

  var staffAccount: StaffAccount { StaffAccount(database: database, entrance: entrance, clock: clock) }
}
