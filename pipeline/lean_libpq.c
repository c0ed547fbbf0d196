/* Kerberos and LDAP for Debian's libpq where neither is to be had: no credentials are found, and a service
 * that is to be looked up in LDAP is an error. See pipeline/lean. */
#include <stddef.h>

#define GSS_S_UNAVAILABLE (16U << 16)

const void *GSS_C_NT_HOSTBASED_SERVICE = NULL;

/* clang-format off */
#define GSS(name) unsigned name(void) { return GSS_S_UNAVAILABLE; }
#define LDAP(name) void *name(void) { return NULL; }

GSS(gss_acquire_cred) GSS(gss_delete_sec_context) GSS(gss_display_status) GSS(gss_import_name)
GSS(gss_init_sec_context) GSS(gss_release_buffer) GSS(gss_release_cred) GSS(gss_release_name)
GSS(gss_unwrap) GSS(gss_wrap) GSS(gss_wrap_size_limit)
LDAP(ldap_count_entries) LDAP(ldap_err2string) LDAP(ldap_first_entry) LDAP(ldap_get_values_len) LDAP(ldap_init)
LDAP(ldap_msgfree) LDAP(ldap_result) LDAP(ldap_search_st) LDAP(ldap_set_option) LDAP(ldap_simple_bind)
LDAP(ldap_unbind) LDAP(ldap_value_free_len)
