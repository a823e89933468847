// The data directory, which belongs to the service's user: made, or taken over from root, before privileges go.
#pragma once
#include <string>

#include "privileges.h"

namespace pilotlight {

/// Makes the folder where it is missing. One of root's becomes the user's with all that root has in it, if it is a data
/// directory (or empty), and if nobody else could have put anything there; no symbolic link is followed below it. Throws
/// std::runtime_error that says why it cannot be used, and what to run.
void prepare_data_folder(const std::string& path, const Identity& user);

}  // namespace pilotlight
