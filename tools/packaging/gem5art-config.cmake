# find_package(gem5art) - makes the target gem5art::gem5art: the header's folder and threads.
# find_package(gem5art COMPONENTS lmdb) - makes gem5art::lmdb too: stores in LMDB files (lmdb://PATH).
include(CMakeFindDependencyMacro)
find_dependency(Threads)

get_filename_component(_gem5art_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET gem5art::gem5art)
  add_library(gem5art::gem5art INTERFACE IMPORTED)
  set_target_properties(gem5art::gem5art PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${_gem5art_prefix}/include"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()

foreach(_gem5art_component IN LISTS gem5art_FIND_COMPONENTS)
  set(gem5art_${_gem5art_component}_FOUND FALSE)
  if(NOT _gem5art_component STREQUAL "lmdb")
    set(gem5art_NOT_FOUND_MESSAGE "gem5art has no component ${_gem5art_component}: its only one is lmdb.")
  else()
    find_path(GEM5ART_LMDB_INCLUDE_DIR lmdb.h)
    find_library(GEM5ART_LMDB_LIBRARY lmdb)
    mark_as_advanced(GEM5ART_LMDB_INCLUDE_DIR GEM5ART_LMDB_LIBRARY)
    if(GEM5ART_LMDB_INCLUDE_DIR AND GEM5ART_LMDB_LIBRARY)
      set(gem5art_lmdb_FOUND TRUE)
    else()
      set(gem5art_NOT_FOUND_MESSAGE "The component lmdb needs lmdb.h and liblmdb: install LMDB (Debian: liblmdb-dev).")
    endif()
  endif()
  if(gem5art_FIND_REQUIRED_${_gem5art_component} AND NOT gem5art_${_gem5art_component}_FOUND)
    set(gem5art_FOUND FALSE)
  endif()
endforeach()

if(gem5art_lmdb_FOUND AND NOT TARGET gem5art::lmdb)
  add_library(gem5art::lmdb INTERFACE IMPORTED)
  set_target_properties(gem5art::lmdb PROPERTIES
    INTERFACE_COMPILE_DEFINITIONS GEM5ART_LMDB
    INTERFACE_INCLUDE_DIRECTORIES "${GEM5ART_LMDB_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "gem5art::gem5art;${GEM5ART_LMDB_LIBRARY}")
endif()
