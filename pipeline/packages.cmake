# The four Debian packages: cpack -G DEB in the build folder. Two builds of one commit are byte-equal: times come
# from SOURCE_DATE_EPOCH, and no path of the build is in any file.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tasks)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_CONTACT "tasks maintainers <maintainers@tasks.example>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_COMPONENTS_ALL lib dev tasksd tasksctl)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_HOMEPAGE "${PROJECT_HOMEPAGE_URL}")
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(debian ${CMAKE_CURRENT_SOURCE_DIR}/debian)
set(made ${CMAKE_CURRENT_BINARY_DIR}/debian)
string(TIMESTAMP tasks_date "%a, %d %b %Y %H:%M:%S +0000" UTC) # of SOURCE_DATE_EPOCH, if that is set
configure_file(${debian}/changelog.in ${made}/changelog @ONLY)

# tasks_package(COMPONENT NAME SECTION TITLE TEXT): what every package says, and its documents.
function(tasks_package component name section title text)
    string(TOUPPER ${component} key)
    set(prefix CPACK_DEBIAN_${key}_PACKAGE)
    set(${prefix}_NAME ${name} PARENT_SCOPE)
    set(${prefix}_SECTION ${section} PARENT_SCOPE)
    set(CPACK_DEBIAN_${key}_DESCRIPTION "${title}\n${text}" PARENT_SCOPE)
    set(folder ${CMAKE_INSTALL_DATADIR}/doc/${name})
    install(FILES ${debian}/copyright DESTINATION ${folder} COMPONENT ${component})
    set(zipped ${made}/${name}/changelog.gz)
    file(MAKE_DIRECTORY ${made}/${name})
    execute_process(COMMAND gzip --best --no-name --stdout ${made}/changelog OUTPUT_FILE ${zipped}
        COMMAND_ERROR_IS_FATAL ANY)
    install(FILES ${zipped} DESTINATION ${folder} COMPONENT ${component})
endfunction()

tasks_package(lib libtasks0 libs "library that keeps tasks, for C programs"
    "Creates, reads, changes, deletes and lists tasks in a SQLite file or in
PostgreSQL: every change has a revision, nothing acknowledged is lost.")
tasks_package(dev libtasks-dev libdevel "library that keeps tasks (development files)"
    "The header, the archive, and what pkg-config and CMake need to build
programs with libtasks.")
tasks_package(tasksd tasksd web "server of tasks over HTTP"
    "Serves a store of tasks over HTTP with JSON, live events, figures for
Prometheus and a page for the browser.")
tasks_package(tasksctl tasksctl utils "tasks on the command line"
    "Adds, lists, changes and deletes tasks in a SQLite file or in PostgreSQL,
and administers such a store.")

# What is loaded on first use is no dependency that the linker sees.
set(opened "libpq5 (>= 15), libcurl4 (>= 7.88), ca-certificates")
set(CPACK_DEBIAN_LIB_PACKAGE_RECOMMENDS "${opened}")
set(CPACK_DEBIAN_TASKSD_PACKAGE_RECOMMENDS "${opened}")
set(CPACK_DEBIAN_TASKSCTL_PACKAGE_RECOMMENDS "${opened}")
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libtasks0 (= ${PROJECT_VERSION}), libsqlite3-dev (>= 3.37), libjansson-dev (>= 2.11)")
set(CPACK_DEBIAN_DEV_PACKAGE_SHLIBDEPS OFF)
set(CPACK_DEBIAN_LIB_PACKAGE_CONTROL_EXTRA "${debian}/libtasks0/shlibs;${debian}/libtasks0/triggers")
set(CPACK_DEBIAN_TASKSD_PACKAGE_CONTROL_EXTRA "${debian}/tasksd/conffiles;${debian}/tasksd/postinst;\
${debian}/tasksd/prerm;${debian}/tasksd/postrm")
set(CPACK_DEBIAN_TASKSD_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_LIB_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(overrides ${CMAKE_INSTALL_DATADIR}/lintian/overrides)
install(FILES ${debian}/libtasks0/lintian-overrides DESTINATION ${overrides} RENAME libtasks0 COMPONENT lib)
install(FILES ${debian}/tasksd/lintian-overrides DESTINATION ${overrides} RENAME tasksd COMPONENT tasksd)
# Settings of a system are in /etc; those of any other prefix stay below it, where its owner may write.
set(settings ${CMAKE_INSTALL_SYSCONFDIR})
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    set(settings /etc)
endif()
install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/systemd/tasksd.conf DESTINATION ${settings}/tasksd COMPONENT tasksd)
include(CPack)
