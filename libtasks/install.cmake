# The two libraries that an embedder links, and what `cmake --install` lays down beside them.
# ${objects} is the code of every room, ${libraries} what it needs, ${tasks_uses} the names of that.
include(CMakePackageConfigHelpers)

function(tasks_library target)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME tasks)
    target_include_directories(${target} INTERFACE
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endfunction()

add_library(tasks SHARED ${objects})
tasks_library(tasks)
target_link_libraries(tasks PRIVATE tasks_build ${libraries} Threads::Threads m)
set(map ${CMAKE_CURRENT_SOURCE_DIR}/libtasks.map)
target_link_options(tasks PRIVATE -Wl,--version-script=${map})
if(NOT TASKS_SANITIZE) # a sanitizer's own symbols come from the program
    target_link_options(tasks PRIVATE -Wl,-z,defs)
endif()
set_target_properties(tasks PROPERTIES LINK_DEPENDS ${map} SOVERSION 0 VERSION ${PROJECT_VERSION})

# An archive of many objects would give an embedder every function that one of our files shares with
# another, and a program with a buf_append() of its own would not link. So the rooms become one object in
# which only what tasks.h declares stays global.
set(whole ${CMAKE_CURRENT_BINARY_DIR}/libtasks.o)
add_custom_command(OUTPUT ${whole}
    COMMAND ${CMAKE_LINKER} -r -o ${whole} ${objects}
    COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${whole}
    DEPENDS ${objects} COMMAND_EXPAND_LISTS VERBATIM)
add_library(tasks_static STATIC ${whole})
tasks_library(tasks_static)
set_target_properties(tasks_static PROPERTIES LINKER_LANGUAGE C)
foreach(name ${tasks_uses})
    target_link_libraries(tasks_static INTERFACE
        $<BUILD_INTERFACE:PkgConfig::${name}> $<INSTALL_INTERFACE:PkgConfig::tasks_${name}>)
endforeach()
target_link_libraries(tasks_static INTERFACE Threads::Threads m)

install(FILES ${PROJECT_SOURCE_DIR}/include/tasks.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)

# How an installed tree finds them. In libtasks.pc they are no Requires.private: whoever links our archive
# would be asked for the archives that theirs stand on, which Debian does not even have for libpq.
set(uses_flags "")
set(find_uses "")
foreach(name ${tasks_uses})
    list(APPEND uses_flags ${${name}_LDFLAGS})
    string(APPEND find_uses "    tasks_use(${name} ${tasks_use_${name}})\n")
endforeach()
list(JOIN uses_flags " " uses_flags)

# pkg-config. The prefix is found from where the file lies, so that an installed tree may be moved.
file(RELATIVE_PATH to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(libtasks.pc.in libtasks.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libtasks.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT dev)

# CMake package: find_package(tasks) gives tasks::tasks and, where its own libraries are, tasks::tasks_static.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tasks)
install(TARGETS tasks EXPORT tasks-shared LIBRARY COMPONENT lib NAMELINK_COMPONENT dev)
install(TARGETS tasks_static EXPORT tasks-static ARCHIVE COMPONENT dev)
install(EXPORT tasks-shared NAMESPACE tasks:: DESTINATION ${package_dir} COMPONENT dev)
install(EXPORT tasks-static NAMESPACE tasks:: DESTINATION ${package_dir} COMPONENT dev)
configure_file(tasks-config.cmake.in tasks-config.cmake @ONLY)
write_basic_package_version_file(tasks-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tasks-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/tasks-config-version.cmake DESTINATION ${package_dir} COMPONENT dev)
