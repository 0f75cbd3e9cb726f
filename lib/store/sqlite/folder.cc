#include "store/sqlite/folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/exceptions.h"
#include "base/status.h"
#include "store/sqlite/schema.h"

namespace joinpass::store {
namespace {

absl::Status Unavailable(std::string_view what, int error) {
  return base::SystemError(Reason::kStoreUnavailable,
                           absl::StrCat("store folder: ", std::string(what)), error);
}

absl::Status Foreign(std::string_view what) {
  return base::MakeError(Reason::kStoreForeign, "store folder: " + std::string(what));
}

// A link of the last name is looked at itself only if no slash follows it.
std::string WithoutSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

absl::Status CreateFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0) {
    return errno == EEXIST ? absl::OkStatus() : Unavailable("cannot be created", errno);
  }
  // A strict umask may have taken our own rights away.
  if (chmod(path.c_str(), 0700) != 0) return Unavailable("cannot be created", errno);
  const int parent = open((path + "/..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent >= 0) {
    fsync(parent);
    close(parent);
  }
  return absl::OkStatus();
}

absl::Status CheckFolder(const struct stat& folder) {
  if (S_ISLNK(folder.st_mode)) return Foreign("is a symbolic link");
  if (!S_ISDIR(folder.st_mode)) return Foreign("is not a folder");
  if (folder.st_uid != geteuid()) return Foreign("belongs to another user");
  if ((folder.st_mode & (S_IWGRP | S_IWOTH)) != 0) return Foreign("others can write in it");
  return absl::OkStatus();
}

bool HasFile(const std::string& folder, const char* name) {
  struct stat file = {};
  return lstat((folder + "/" + name).c_str(), &file) == 0;
}

}  // namespace

absl::StatusOr<Folder> PrepareFolder(const std::string& path) {
  const std::string plain = WithoutSlashes(path);
  if (plain.empty()) return base::MakeError(Reason::kInvalidArgument, "store folder: has no name");
  struct stat found = {};
  if (lstat(plain.c_str(), &found) != 0) {
    if (errno != ENOENT) return Unavailable("cannot be looked at", errno);
    JOINPASS_RETURN_IF_ERROR(CreateFolder(plain));
    if (lstat(plain.c_str(), &found) != 0) return Unavailable("cannot be looked at", errno);
  }
  JOINPASS_RETURN_IF_ERROR(CheckFolder(found));
  const std::unique_ptr<char, decltype(&free)> real(realpath(plain.c_str(), nullptr), &free);
  if (!real) return Unavailable("cannot be looked at", errno);

  Folder folder = {.path = real.get()};
  for (const sqlite::FileKind* kind :
       {&sqlite::kCredentialsFile, &sqlite::kDirectoryFile, &sqlite::kEphemeraFile}) {
    folder.has_store = folder.has_store || HasFile(folder.path, kind->name);
  }
  return folder;
}

}  // namespace joinpass::store
